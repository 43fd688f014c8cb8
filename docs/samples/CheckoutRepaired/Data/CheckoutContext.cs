using Microsoft.EntityFrameworkCore;

namespace Checkout.Data;

public sealed class CheckoutContext(DbContextOptions<CheckoutContext> options) : DbContext(options)
{
    public DbSet<Product> Products => Set<Product>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Receipt> Receipts => Set<Receipt>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<Product>(product =>
        {
            product.ToTable("products").HasKey(p => p.Sku);
            product.Property(p => p.Sku).HasColumnName("sku");
            product.Property(p => p.Name).HasColumnName("name");
            product.Property(p => p.Price).HasColumnName("price");
            product.Property(p => p.Stock).HasColumnName("stock");
        });
        model.Entity<Order>(order =>
        {
            order.ToTable("orders").HasKey(o => o.Id);
            order.Property(o => o.Id).HasColumnName("id").ValueGeneratedNever();
            order.Property(o => o.Email).HasColumnName("email");
            order.Property(o => o.Status).HasColumnName("status");
            order.Property(o => o.Total).HasColumnName("total");
            order.Property(o => o.ChargeId).HasColumnName("charge_id");
            order.Property(o => o.TrackingCode).HasColumnName("tracking_code");
            order.HasMany(o => o.Lines).WithOne().HasForeignKey(line => line.OrderId);
        });
        model.Entity<OrderLine>(line =>
        {
            line.ToTable("order_lines").HasKey(l => new { l.OrderId, l.Sku });
            line.Property(l => l.OrderId).HasColumnName("order_id");
            line.Property(l => l.Sku).HasColumnName("sku");
            line.Property(l => l.Quantity).HasColumnName("quantity");
            line.Property(l => l.UnitPrice).HasColumnName("unit_price");
        });
        model.Entity<Receipt>(receipt =>
        {
            receipt.ToTable("receipts").HasKey(r => r.Id);
            receipt.Property(r => r.Id).HasColumnName("id");
            receipt.Property(r => r.OrderId).HasColumnName("order_id");
            receipt.Property(r => r.Email).HasColumnName("email");
            receipt.Property(r => r.Body).HasColumnName("body");
        });
    }
}
